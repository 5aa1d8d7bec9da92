" Made by `scripts/generate` from the tables of the language.
if exists("b:current_syntax")
  finish
endif
syntax case match

syntax keyword vmscriptKeyword let param func if else for in import as return
syntax keyword vmscriptConstant true false none
syntax match vmscriptStatement "\%(^\|[;{}]\)\s*\zs\%(snapshot\|suspend\|delete\|domain\|output\|reboot\|remove\|resume\|revert\|check\|clone\|image\|print\|stack\|start\|stop\|wait\|net\)\>\%(\s*\%(==\@!\|:\)\)\@!"
syntax match vmscriptFunction "\<\%(duration\|reversed\|to_json\|to_yaml\|base64\|domain\|format\|map_of\|secret\|sha256\|sorted\|string\|unique\|values\|float\|image\|lines\|merge\|range\|split\|cidr\|glob\|join\|json\|keys\|read\|size\|type\|uuid\|yaml\|abs\|env\|int\|len\|mac\|max\|min\|net\|sum\|zip\|ip\)\ze("
syntax match vmscriptProperty "\<\%(total_bytes_sec\|write_bytes_sec\|lazy_refcounts\|read_bytes_sec\|total_iops_sec\|write_iops_sec\|preallocation\|read_iops_sec\|rotation_rate\|cluster_size\|description\|on_poweroff\|cloud_init\|hypervisor\|moved_disk\|moved_from\|autostart\|bandwidth\|hugepages\|on_reboot\|shareable\|firmware\|hostname\|on_crash\|outbound\|packages\|password\|protocol\|readonly\|watchdog\|average\|backing\|balloon\|cmdline\|console\|current\|discard\|forward\|gateway\|inbound\|machine\|service\|sockets\|threads\|action\|append\|bridge\|domain\|filter\|floppy\|format\|initrd\|iotune\|kernel\|keymap\|labels\|listen\|locked\|memory\|serial\|sha256\|sha512\|source\|subnet\|tablet\|target\|agent\|burst\|cache\|cdrom\|clock\|cores\|image\|model\|route\|shell\|sound\|spice\|state\|title\|video\|acpi\|apic\|arch\|boot\|cpus\|dhcp\|disk\|full\|host\|ipv6\|keys\|mode\|peak\|pool\|port\|size\|sudo\|user\|uuid\|vlan\|bus\|dev\|dns\|mac\|max\|mtu\|net\|nic\|pae\|rng\|run\|srv\|txt\|via\|vnc\|xml\|io\|ip\|to\)\>\ze\s*==\@!"
syntax match vmscriptBlock "\<\%(cloud_init\|bandwidth\|outbound\|watchdog\|console\|inbound\|floppy\|iotune\|memory\|serial\|cdrom\|route\|sound\|spice\|video\|cpus\|disk\|host\|ipv6\|user\|dns\|nic\|srv\|vnc\|xml\)\>\ze\s*\%([^ =,;{}]\+\s*\)\?{"

syntax match vmscriptNumber "\<\d[0-9_]*\%(\.\d[0-9_]*\)\?\%(EiB\|GiB\|KiB\|MiB\|PiB\|TiB\|EB\|GB\|KB\|MB\|PB\|TB\|kB\|ms\|B\|E\|G\|K\|M\|P\|T\|h\|m\|s\)\?\>"
syntax match vmscriptNumber "\<0[xX][0-9A-Fa-f_]\+\>"
syntax match vmscriptNumber "\<\d\+\%(\.\d\+\)\{3}\%(/\d\+\)\?\>"

syntax match vmscriptEscape contained "\\[ntr0\"\\]"
syntax match vmscriptEscape contained "\\u{\x\{1,8}}"
syntax region vmscriptInterpolation contained matchgroup=vmscriptDelimiter start="\\(" end=")" contains=TOP
syntax region vmscriptParentheses transparent start="(" end=")" contains=TOP
syntax region vmscriptString start=+"+ skip=+\\["\\]+ end=+"+ end=+$+ contains=vmscriptEscape,vmscriptInterpolation
syntax region vmscriptString start=+'+ end=+'+ end=+$+
syntax region vmscriptString start=+"""+ skip=+\\["\\]+ end=+"""+ contains=vmscriptEscape,vmscriptInterpolation
syntax region vmscriptString start=+'''+ end=+'''+
syntax match vmscriptComment "#.*$"
syntax match vmscriptDocumentation "##.*$"

highlight default link vmscriptKeyword Keyword
highlight default link vmscriptConstant Constant
highlight default link vmscriptStatement Statement
highlight default link vmscriptFunction Function
highlight default link vmscriptProperty Identifier
highlight default link vmscriptBlock Structure
highlight default link vmscriptNumber Number
highlight default link vmscriptEscape SpecialChar
highlight default link vmscriptDelimiter Delimiter
highlight default link vmscriptString String
highlight default link vmscriptComment Comment
highlight default link vmscriptDocumentation SpecialComment

let b:current_syntax = "vmscript"
