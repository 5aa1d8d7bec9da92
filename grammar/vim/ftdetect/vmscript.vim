autocmd BufRead,BufNewFile *.vmscript setfiletype vmscript
