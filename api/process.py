"""One process of the product, started by the supervisor; which there are: processes.py.

`python -m api.process pages NAME | sources | index | periodic NAME | seal NAME | web`
"""

import sys

from api.imports import collector_at_rest

if __name__ == "__main__":
    with collector_at_rest():
        from api.processes import main
    main(sys.argv[1:])
