"""What changes the rows of mentoring, split by noun.

Rows are locked in one order: round, enrolment, mentor, pair, the people of a pair, evaluation or meeting.
"""
