// Embedders use plans, changes and objects of the host through this module.
@_exported import VMScriptPlan
