"""The desk of mentors and mentees."""

urlpatterns = []
