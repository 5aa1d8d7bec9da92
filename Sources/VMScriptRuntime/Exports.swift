// Embedders see plans, changes and what is on the host through this module.
@_exported import VMScriptPlan
