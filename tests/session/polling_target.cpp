// The targets of the requests of a polling session.
#include <socketio/session/polling_target.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace polling_target_tests {

using socketio::detail::polling_target;

TEST_CASE("each request has a stamp of its own, and the session's id once it is known")
{
    polling_target target;
    target.begin("/socket.io/?EIO=4&transport=polling", "t", 7);
    std::set<std::string> all;
    for (int i = 0; i < 100000; ++i) {
        std::string const next = target.next("");
        REQUIRE(next.size() == std::string{"/socket.io/?EIO=4&transport=polling&t="}.size() + 8);
        REQUIRE(all.insert(next).second);
    }
    std::string const known = target.next("a b");
    CHECK(known.starts_with("/socket.io/?EIO=4&transport=polling&t="));
    CHECK(known.ends_with("&sid=a%20b"));
}

TEST_CASE("without a parameter there is no stamp")
{
    polling_target target;
    target.begin("/?EIO=4&transport=polling", "", 7);
    CHECK(target.next("") == "/?EIO=4&transport=polling");
    CHECK(target.next("abc") == "/?EIO=4&transport=polling&sid=abc");
}

TEST_CASE("a redirected session keeps the new place, without the stamp of one request")
{
    polling_target target;
    target.begin("/?EIO=4&transport=polling", "t", 7);
    std::string const first = target.next("");
    target.move_to("/there" + first + "&tt=1&t");
    std::string const next = target.next("new");
    CHECK(next.starts_with("/there/?EIO=4&transport=polling&tt=1&t&t="));
    CHECK(next.ends_with("&sid=new"));
    CHECK(next.find(first.substr(first.rfind('='))) == std::string::npos);
    polling_target bare;
    bare.begin("/x?a=1", "", 7);
    bare.move_to("/there");
    CHECK(bare.next("new") == "/there?sid=new");
}

} // namespace polling_target_tests
