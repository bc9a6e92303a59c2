"""The pages: each view parses, calls one service function and renders."""

from api.web.views import batches  # noqa: F401 - adds its routes to the post blueprint
from api.web.views.account import blueprint as account
from api.web.views.auth import blueprint as auth
from api.web.views.clients import blueprint as clients
from api.web.views.content import blueprint as content
from api.web.views.home import blueprint as home
from api.web.views.post import blueprint as post
from api.web.views.queue import blueprint as queue
from api.web.views.records import blueprint as records
from api.web.views.search import blueprint as search
from api.web.views.staff import blueprint as staff
from api.web.views.status import blueprint as status
from api.web.views.tokens import blueprint as tokens

BLUEPRINTS = (
    account, auth, clients, content, home, post, queue, records, search, staff, status, tokens,
)  # fmt: skip
