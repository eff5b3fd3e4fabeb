#include <socketio/session/failure.hpp>

#include <doctest/doctest.h>

#include <string>
#include <system_error>

namespace failure_tests {

using namespace socketio;

TEST_CASE("an error that nobody filled says nothing")
{
    connect_error const none;
    CHECK(none.message().empty());
    CHECK_FALSE(none.code());
    CHECK(none.data().is_null());
    CHECK(none.http_status() == 0);
    CHECK(none.http_body().empty());
}

TEST_CASE("a connect error carries the words, the code, the server's data and the HTTP answer")
{
    connect_error why{error::connect_refused, "not authorized"};
    why.set_data(object{{"retry", false}});
    why.set_http(503, "down for maintenance");
    CHECK(why.message() == "not authorized");
    CHECK(why.code() == error::connect_refused);
    CHECK(why.data() == value{object{{"retry", false}}});
    CHECK(why.http_status() == 503);
    CHECK(why.http_body() == "down for maintenance");
}

TEST_CASE("an event error says where, what was expected and what came")
{
    event_error why{.code = error::type_mismatch, .event = "news", .position = 1, .expected = "string", .actual = "boolean"};
    CHECK(why.message() == R"("news", argument 2: expected string, got boolean)");
    why.path = "user.tags[3]";
    CHECK(why.message() == R"("news", argument 2 (user.tags[3]): expected string, got boolean)");
}

TEST_CASE("an event error of another kind has the words of its code")
{
    event_error const why{.code = error::payload_too_large, .event = "news"};
    CHECK(why.message() == R"("news": the packet is larger than the server's maxPayload or largest_message)");
}

// Written once for whatever has gone wrong.
template <class Error>
std::string told(Error const& why)
{
    std::error_code const code = why.code();
    return why.message() + (code ? " / " + code.message() : "");
}

TEST_CASE("all three classes of errors tell their code and their words in the same way")
{
    CHECK(told(connect_error{error::closed, "it has gone"}) == "it has gone / the server closed the connection");
    CHECK(told(event_error{.code = error::buffer_full, .event = "news"}) == "\"news\": the buffer is full / the buffer is full");
    CHECK(told(disconnect_details{.code = error::closed, .description = "it has gone"}) ==
          "it has gone / the server closed the connection");
    CHECK(told(disconnect_details{.code = error::closed}) == "the server closed the connection / the server closed the connection");
    CHECK(told(disconnect_details{}).empty());
}

TEST_CASE("the code of an error is a std::error_code, called or not")
{
    disconnect_details const why{.code = std::make_error_code(std::errc::not_enough_memory), .description = {}};
    std::error_code const copy = why.code;
    CHECK(copy == why.code());
    CHECK(why.code == std::errc::not_enough_memory);
    CHECK(why.code != error::closed);
    CHECK(why.code.value() == copy.value());
    CHECK((why.code ? why.code() : make_error_code(error::closed)) == copy);
    disconnect_details other;
    CHECK_FALSE(other.code);
    other.code = error::closed;
    CHECK(other.code == error::closed);
}

} // namespace failure_tests
