"""What can be allowed or denied about engagements."""

from enum import StrEnum


class EngagementPermission(StrEnum):
    """``domain:resource:action``; every member has a row in ``policies/``."""

    READ = "engagements:engagement:read"
    READ_ALL = "engagements:engagement:read_all"
    SHORTLIST = "engagements:engagement:shortlist"
    INTRODUCE = "engagements:engagement:introduce"
    NEGOTIATE = "engagements:terms:negotiate"
    START = "engagements:engagement:start"
    PLAN = "engagements:milestone:plan"
    DELIVER = "engagements:milestone:deliver"
    REPORT_HOURS = "engagements:time_sheet:submit"
    APPROVE = "engagements:work:approve"
    CLOSE = "engagements:engagement:close"
    REVIEW = "engagements:review:write"
    CANCEL = "engagements:engagement:cancel"
    READ_LIMITS = "engagements:limits:read"
    MANAGE_LIMITS = "engagements:limits:manage"
    KEEP_TIME = "engagements:engagement:keep_time"
