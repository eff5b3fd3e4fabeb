// Makes this program count its memory.
#include "support/heap_count.hpp"
