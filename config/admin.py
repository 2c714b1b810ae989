from django.contrib.admin import AdminSite


class ParleyAdmin(AdminSite):
    site_header = "Parley"
    site_title = "Parley admin"
    index_title = "Everything on this server"
