"""Programs, cohorts, applications."""

urlpatterns = []
