"""Where the bytes lie: a store of immutable objects under opaque keys."""
