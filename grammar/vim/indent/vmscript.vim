if exists("b:did_indent")
  finish
endif
let b:did_indent = 1
setlocal indentexpr=VMScriptIndent() indentkeys=0},0],0),!^F,o,O
let b:undo_indent = "setlocal indentexpr< indentkeys<"

if exists("*VMScriptIndent")
  finish
endif

" One step deeper after a line that leaves a bracket open, one less on a line that closes one.
function VMScriptIndent()
  let previous = prevnonblank(v:lnum - 1)
  if previous == 0
    return 0
  endif
  let line = substitute(getline(previous), '\s*#[^"'']*$', '', '')
  let depth = indent(previous)
  if line =~ '[{(\[]$'
    let depth += shiftwidth()
  endif
  if getline(v:lnum) =~ '^\s*[})\]]'
    let depth -= shiftwidth()
  endif
  return depth
endfunction
