// The types of sources and diagnostics that a host uses are part of the language: `import VMScript`
// is enough.
@_exported import struct VMScriptSyntax.Diagnostic
@_exported import struct VMScriptSyntax.DiagnosticCode
@_exported import struct VMScriptSyntax.DiagnosticRenderer
@_exported import enum VMScriptSyntax.Severity
@_exported import struct VMScriptSyntax.SourceID
@_exported import struct VMScriptSyntax.SourceMap
@_exported import struct VMScriptSyntax.SourceText
@_exported import struct VMScriptSyntax.Span
