"""Makes `admin.site` ours."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's admin with the site of `portal.admin_site`."""

    default_site = "portal.admin_site.PortalAdminSite"
