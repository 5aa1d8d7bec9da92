#pragma once
// ICU's types would clash with Foundation's own copy of them, and no test asks for its converters.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
