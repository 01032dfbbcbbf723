"""The Pulp shell: rows, endpoints and tasks around the rules in `pulp_go.gomod`."""

from pulpcore.plugin import PulpPluginAppConfig


class PulpGoPluginAppConfig(PulpPluginAppConfig):
    """What pulpcore must know to load the plugin."""

    name = "pulp_go.app"
    label = "go"
    version = "0.1.0.dev0"
    python_package_name = "pulp-go"
    domain_compatible = True
