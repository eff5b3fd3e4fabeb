#include <socketio/core/text_hash.hpp>

#include "support/colliding_names.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <string>
#include <string_view>

namespace text_hash_tests {

using socketio::detail::hash_key;
using socketio::detail::sip_hash;
using socketio::detail::text_hash;

TEST_CASE("SipHash-1-3 gives the published results")
{
    if constexpr (std::endian::native == std::endian::little) {
        hash_key const key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
        std::string text(9, '\0');
        std::iota(text.begin(), text.end(), '\0');
        CHECK(sip_hash{key}("") == 0xabac0158050fc4dc);
        CHECK(sip_hash{key}(std::string_view{text}.substr(0, 1)) == 0xc9f49bf37d57ca93);
        CHECK(sip_hash{key}(std::string_view{text}.substr(0, 7)) == 0xd3927d989bb11140);
        CHECK(sip_hash{key}(std::string_view{text}.substr(0, 8)) == 0x369095118d299a8e);
        CHECK(sip_hash{key}(text) == 0x25a48eb36c063de4);
    }
}

TEST_CASE("another key gives another hash")
{
    CHECK(sip_hash{{1, 2}}("a") != sip_hash{{1, 3}}("a"));
    CHECK(sip_hash{{1, 2}}("a") != sip_hash{{2, 2}}("a"));
}

TEST_CASE("names that collide in the standard library's hash do not here")
{
    auto const names = support::colliding_names(1000);
    std::set<std::size_t> theirs, ours;
    for (auto const& each : names) {
        theirs.insert(std::hash<std::string>{}(each));
        ours.insert(text_hash{}(each));
    }
#if defined(__GLIBCXX__) && UINTPTR_MAX > 0xffffffff
    CHECK(theirs.size() == 1); // the names are as bad as they are meant to be
#endif
    CHECK(ours.size() > 990);
}

} // namespace text_hash_tests
