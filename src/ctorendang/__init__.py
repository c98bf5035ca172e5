"""A white-label marketplace for fractional CTOs that enterprises run under their own brand."""
