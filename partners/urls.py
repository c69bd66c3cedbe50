"""Partners and agreements, for everyone."""

urlpatterns = []
