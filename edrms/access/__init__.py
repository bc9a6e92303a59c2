"""Who may see and do what: one policy, read three ways (decide, SQL filter, index filter)."""
