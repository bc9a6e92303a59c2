"""The pages: each view parses, calls one service function and renders."""

from api.web.views import (  # noqa: F401 - they add their routes to blueprints of others
    audit_reports,
    batch_closing,
    batches,
    continuing,
    disposal_forms,
    paper_ending,
    paper_work,
    queue_hands,
    queue_pages,
    sheets,
    taking_away,
    tracing,
)
from api.web.views.access_reports import blueprint as access_reports
from api.web.views.account import blueprint as account
from api.web.views.arrivals import blueprint as arrivals
from api.web.views.audit import blueprint as audit
from api.web.views.auth import blueprint as auth
from api.web.views.clients import blueprint as clients
from api.web.views.content import blueprint as content
from api.web.views.disposal import blueprint as disposal
from api.web.views.glass import blueprint as glass
from api.web.views.guarding import blueprint as guarding
from api.web.views.holds import blueprint as holds
from api.web.views.home import blueprint as home
from api.web.views.incidents import blueprint as incidents
from api.web.views.life import blueprint as life
from api.web.views.misfiles import blueprint as misfiles
from api.web.views.notices import blueprint as notices
from api.web.views.oversight import blueprint as oversight
from api.web.views.pages import blueprint as pages
from api.web.views.paper import blueprint as paper
from api.web.views.post import blueprint as post
from api.web.views.quality import blueprint as quality
from api.web.views.queue import blueprint as queue
from api.web.views.records import blueprint as records
from api.web.views.retention_desk import blueprint as retention_desk
from api.web.views.retention_schedule import blueprint as retention_schedule
from api.web.views.reviews import blueprint as reviews
from api.web.views.search import blueprint as search
from api.web.views.staff import blueprint as staff
from api.web.views.status import blueprint as status
from api.web.views.teams import blueprint as teams
from api.web.views.tokens import blueprint as tokens
from api.web.views.transfers import blueprint as transfers
from api.web.views.wrong_person import blueprint as wrong_person

BLUEPRINTS = (
    access_reports,
    account,
    arrivals,
    audit,
    auth,
    clients,
    content,
    disposal,
    glass,
    guarding,
    holds,
    home,
    incidents,
    life,
    misfiles,
    notices,
    oversight,
    pages,
    paper,
    post,
    quality,
    queue,
    records,
    retention_desk,
    retention_schedule,
    reviews,
    search,
    staff,
    status,
    teams,
    tokens,
    transfers,
    wrong_person,
)
