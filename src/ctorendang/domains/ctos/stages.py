"""The stages of companies that CTOs are at home in and projects come from."""

STAGES = {
    "seed": "Seed, up to 15 people",
    "growth": "Series A or B, up to 150 people",
    "scale": "Scale-up, up to 1,000 people",
    "enterprise": "Enterprise, more than 1,000 people",
}
"""What each is called to people, smallest first."""
