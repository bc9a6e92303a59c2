"""Tables of staff, their credentials and sessions, and the tokens of programs. Roles and teams:
edrms/access/tables.py."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, Float, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from edrms.db import Base, Big, UtcDateTime


class StaffMember(Base):
    """A person who works here and may sign in, or a program that has tokens.

    kind: "person" or "program"; a program never signs in. must_change_password: somebody else chose
    the password, so nothing but changing it is possible with it.
    """

    __tablename__ = "staff"

    staff_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(8), default="person")
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)


class SecondFactor(Base):
    """The secret that a person's authenticator shares with us.

    sealed_secret: encrypted (edrms/staff/sealing.py). last_step: number of the 30 seconds whose code was
    accepted last; only a later one is accepted next.
    """

    __tablename__ = "second_factors"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(Big)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code for a lost authenticator, good once; only its hash is kept."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class StaffSession(Base):
    """A session, kept here so that it can be ended here. Only a hash of the token is stored.

    session_id: names it in lists; the token changes during its life, the id does not. is_complete: False
    while the second factor is still to come. proved_at: when password and factor were last given.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = {"info": {"journalled": False}}

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    session_id: Mapped[str] = mapped_column(String(32), index=True)
    is_complete: Mapped[bool] = mapped_column(Boolean, default=True)
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    agent: Mapped[str] = mapped_column(String(200), default="")


class KnownDevice(Base):
    """A browser in which this person signed in before. Only a hash of its cookie is stored."""

    __tablename__ = "known_devices"
    __table_args__ = {"info": {"journalled": False}}

    device_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), primary_key=True)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInAttempts(Base):
    """How full one bucket of tries to sign in is (edrms/staff/rules.py): the throttle's memory."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = {"info": {"journalled": False}}

    place_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    level: Mapped[float] = mapped_column(Float)
    last_failed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A token of a program: who it acts as, what for, and until when. Only its hash is stored.

    prefix: its visible beginning. scopes: permissions it is limited to. The row stays when it is over.
    """

    __tablename__ = "api_tokens"

    token_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class ApiTokenUse(Base):
    """When a token was last used, to the minute."""

    __tablename__ = "api_token_uses"
    __table_args__ = {"info": {"journalled": False}}

    token_id: Mapped[str] = mapped_column(ForeignKey("api_tokens.token_id"), primary_key=True)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffPerson(Base):
    """Whose an account is: by employee number and e-mail, folded; "" for one that is not known.

    Accounts that share either are one person's (edrms/staff/persons.py).
    """

    __tablename__ = "staff_persons"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.staff_id"), primary_key=True)
    employee_number: Mapped[str] = mapped_column(String(32), index=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
