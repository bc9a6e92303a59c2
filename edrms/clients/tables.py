"""Tables of clients, their identifiers and relationships. Folded columns are what look-ups use."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edrms.db import Base


class ClientRow(Base):
    """One client."""

    __tablename__ = "clients"

    client_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    forename: Mapped[str] = mapped_column(String(200))
    surname: Mapped[str] = mapped_column(String(200))
    other_names: Mapped[list[Any]] = mapped_column(JSON, default=list)
    date_of_birth: Mapped[date | None] = mapped_column(Date, index=True)
    date_of_death: Mapped[date | None] = mapped_column(Date)
    nhs_number: Mapped[str] = mapped_column(String(10), index=True, default="")
    address_lines: Mapped[list[Any]] = mapped_column(JSON, default=list)
    postcode: Mapped[str] = mapped_column(String(12), default="")
    uprn: Mapped[str] = mapped_column(String(12), default="", index=True)
    household: Mapped[str] = mapped_column(String(64), default="", index=True)
    service: Mapped[str] = mapped_column(String(16))
    forename_folded: Mapped[str] = mapped_column(String(200))
    surname_folded: Mapped[str] = mapped_column(String(200))
    postcode_folded: Mapped[str] = mapped_column(String(12), index=True, default="")
    identifiers: Mapped[list["ClientIdentifier"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan",
        order_by="ClientIdentifier.system, ClientIdentifier.value",
    )  # fmt: skip
    names: Mapped[list["ClientName"]] = relationship(cascade="all, delete-orphan")

    __table_args__ = (Index("ix_clients_name", "surname_folded", "forename_folded"),)


class ClientIdentifier(Base):
    """A number from another system: (system, value)."""

    __tablename__ = "client_identifiers"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    system: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(String(64), primary_key=True)
    value_folded: Mapped[str] = mapped_column(String(64), index=True)


class ClientName(Base):
    """One folded part of any of a client's names: what find-as-you-type and matching look up."""

    __tablename__ = "client_names"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    part: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)


class ClientRelationship(Base):
    """other is the `kind` of client: (child, mother, "parent")."""

    __tablename__ = "client_relationships"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    other_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
