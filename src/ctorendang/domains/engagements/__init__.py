"""Working together: from a shortlist to a closed engagement."""
