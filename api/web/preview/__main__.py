"""`python -m api.web.preview [port]`: serve the style guide to this computer alone."""

import sys

from api.web.preview.app import create_preview

create_preview().run(host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8099)
