// Sets aside macros of other libraries that collide with names of this one: Qt's keywords, and min, max and
// ERROR of windows.h. It has no include guard: each use pairs with one of foreign_macros_end.hpp.
// It is the first that a public header includes, and so is config.hpp, which looks at the compiler.
#include <socketio/core/config.hpp>

#pragma push_macro("emit")
#pragma push_macro("signals")
#pragma push_macro("slots")
#pragma push_macro("foreach")
#pragma push_macro("min")
#pragma push_macro("max")
#pragma push_macro("ERROR")
#pragma push_macro("small")
#pragma push_macro("near")
#pragma push_macro("far")
#undef emit
#undef signals
#undef slots
#undef foreach
#undef min
#undef max
#undef ERROR
#undef small
#undef near
#undef far
