"""Staff members: accounts, roles, credentials and server-side sessions."""
