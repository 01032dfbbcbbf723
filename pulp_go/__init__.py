default_app_config = "pulp_go.app.PulpGoPluginAppConfig"
