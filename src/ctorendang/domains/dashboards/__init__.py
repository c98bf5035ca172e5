"""What needs somebody, and how their work stands: the page that people start on."""
