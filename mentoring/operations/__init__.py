"""What changes the rows of mentoring, split by noun.

Rows are locked in one order: round, enrolment, mentor, pair, evaluation or meeting.
"""
