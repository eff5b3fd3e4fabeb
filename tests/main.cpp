// The main function of every doctest program. (The second macro is for the precompiled header,
// which has read doctest.h before the first can have its effect.)
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
