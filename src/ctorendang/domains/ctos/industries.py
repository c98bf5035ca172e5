"""The industries that CTOs and projects name."""

INDUSTRIES: tuple[str, ...] = (
    "Aerospace & defence",
    "Agriculture & food",
    "Automotive",
    "Banking",
    "Biotech & pharma",
    "Construction & real estate",
    "Consumer goods",
    "Education",
    "Energy & utilities",
    "Fintech & payments",
    "Gaming",
    "Healthcare",
    "Hospitality & travel",
    "Human resources",
    "Industrial automation",
    "Insurance",
    "Legal & compliance",
    "Logistics & supply chain",
    "Manufacturing",
    "Media & entertainment",
    "Public sector",
    "Retail & e-commerce",
    "SaaS & enterprise software",
    "Telecommunications",
)
"""In alphabetical order, as facets and forms show them."""
