"""When CTOs have time: weekly hours, slots and exceptions, capacity sold, calendars in and out, and introductions."""
