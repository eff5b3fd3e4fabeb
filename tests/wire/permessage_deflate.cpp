#include <socketio/wire/permessage_deflate.hpp>

#include <socketio/core/error.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace permessage_deflate_tests {

using namespace socketio::detail;
using socketio::deflate_options;
using socketio::error;

namespace {

http_head with(std::vector<std::string> const& values)
{
    http_head head;
    for (std::string const& value : values)
        head.headers.push_back({"Sec-WebSocket-Extensions", value});
    return head;
}

// What the server answers to these offers: its header, "declined" or "malformed".
std::string answer(std::vector<std::string> const& offers, deflate_options const& own = {})
{
    std::optional<deflate_parameters> agreed;
    if (auto const ec = accept_deflate_offer(with(offers), own, agreed)) {
        CHECK(ec == error::handshake_invalid);
        return "malformed";
    }
    return agreed ? write_deflate_answer(*agreed) : "declined";
}

// What the client does after this answer: the parameters in the same words, "declined" or "refused".
std::string outcome(std::vector<std::string> const& answers, deflate_options const& offered = {})
{
    std::optional<deflate_parameters> agreed;
    if (auto const ec = read_deflate_answer(with(answers), &offered, agreed)) {
        CHECK(ec == error::handshake_invalid);
        CHECK_FALSE(agreed);
        return "refused";
    }
    return agreed ? write_deflate_answer(*agreed) : "declined";
}

std::string const plain = "permessage-deflate";

} // namespace

TEST_CASE("an offer says what is wanted, and always that the client's window may be limited")
{
    CHECK(write_deflate_offer({}) == plain + "; client_max_window_bits");
    CHECK(write_deflate_offer({.server_no_context_takeover = true, .client_no_context_takeover = true, .server_max_window_bits = 10,
                               .client_max_window_bits = 9})
          == plain + "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9");
}

TEST_CASE("a server takes an offer and answers each of its parameters")
{
    CHECK(answer({plain}) == plain);
    CHECK(answer({plain + "; client_max_window_bits"}) == plain);
    CHECK(answer({plain + "; client_max_window_bits=15"}) == plain);
    CHECK(answer({plain + "; client_max_window_bits=10"}) == plain + "; client_max_window_bits=10");
    CHECK(answer({plain + "; server_max_window_bits=15"}) == plain + "; server_max_window_bits=15");
    CHECK(answer({plain + "; server_max_window_bits=8"}) == plain + "; server_max_window_bits=8");
    CHECK(answer({plain + "; server_max_window_bits=\"9\""}) == plain + "; server_max_window_bits=9");
    CHECK(answer({plain + "; server_no_context_takeover"}) == plain + "; server_no_context_takeover");
    CHECK(answer({plain + "; client_no_context_takeover"}) == plain + "; client_no_context_takeover");
}

TEST_CASE("a server adds its own wishes, and takes the smaller window of two")
{
    deflate_options const frugal{.server_no_context_takeover = true, .client_no_context_takeover = true, .server_max_window_bits = 11,
                                 .client_max_window_bits = 12};
    std::string const all = plain + "; server_no_context_takeover; client_no_context_takeover; ";
    CHECK(answer({plain + "; client_max_window_bits"}, frugal) == all + "server_max_window_bits=11; client_max_window_bits=12");
    CHECK(answer({plain + "; client_max_window_bits=9; server_max_window_bits=10"}, frugal)
          == all + "server_max_window_bits=10; client_max_window_bits=9");
    CHECK(answer({plain + "; server_max_window_bits=15; client_max_window_bits=15"}, frugal)
          == all + "server_max_window_bits=11; client_max_window_bits=12");
}

TEST_CASE("a server declines where the client's window cannot be limited and has to be")
{
    CHECK(answer({plain}, {.client_max_window_bits = 14}) == "declined");
    CHECK(answer({plain + "; client_max_window_bits"}, {.client_max_window_bits = 14}) == plain + "; client_max_window_bits=14");
    CHECK(answer({plain + ", " + plain + "; client_max_window_bits"}, {.client_max_window_bits = 14})
          == plain + "; client_max_window_bits=14");
}

TEST_CASE("an offer with an unknown, doubled or senseless parameter is declined, and the next one looked at")
{
    for (std::string_view bad :
         {"x", "x=1", "Server_no_context_takeover", "server_no_context_takeover=1", "client_no_context_takeover=true", "server_max_window_bits",
          "server_max_window_bits=7", "server_max_window_bits=16", "server_max_window_bits=08", "server_max_window_bits=1",
          "server_max_window_bits=100", "server_max_window_bits=10a", "server_max_window_bits=a0", "server_max_window_bits=-9",
          "server_max_window_bits=4294967304", "client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=0",
          "client_max_window_bits=010", "client_max_window_bits; client_max_window_bits", "client_max_window_bits=9; client_max_window_bits",
          "server_max_window_bits=9; server_max_window_bits=9", "server_no_context_takeover; server_no_context_takeover",
          "client_no_context_takeover; client_no_context_takeover"}) {
        CAPTURE(bad);
        std::string const offer = plain + "; " + std::string{bad};
        CHECK(answer({offer}) == "declined");
        CHECK(answer({offer + ", " + plain + "; client_no_context_takeover, " + plain}) == plain + "; client_no_context_takeover");
        CHECK(answer({offer, plain}) == plain);
    }
}

TEST_CASE("other extensions are passed over; a list that breaks the grammar is an error")
{
    CHECK(answer({}) == "declined");
    CHECK(answer({"x-webkit-deflate-frame"}) == "declined");
    CHECK(answer({"Permessage-Deflate"}) == "declined");
    CHECK(answer({"permessage-bzip2; a=1, " + plain}) == plain);
    CHECK(answer({""}) == "malformed");
    CHECK(answer({plain + ";"}) == "malformed");
    CHECK(answer({plain, "foo;;"}) == "malformed");
}

TEST_CASE("an answer that fits is agreed on, together with what the client does of its own accord")
{
    CHECK(outcome({}) == "declined");
    CHECK(outcome({plain}) == plain);
    CHECK(outcome({plain + "; server_no_context_takeover; client_no_context_takeover"})
          == plain + "; server_no_context_takeover; client_no_context_takeover");
    CHECK(outcome({plain + "; server_max_window_bits=8; client_max_window_bits=15"})
          == plain + "; server_max_window_bits=8; client_max_window_bits=15");
    deflate_options const frugal{.server_no_context_takeover = true, .client_no_context_takeover = true, .server_max_window_bits = 11,
                                 .client_max_window_bits = 12};
    CHECK(outcome({plain + "; server_no_context_takeover; server_max_window_bits=11"}, frugal)
          == plain + "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; client_max_window_bits=12");
    CHECK(outcome({plain + "; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10"}, frugal)
          == plain + "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10");
}

TEST_CASE("an answer that does not fit the offer is refused")
{
    CHECK(outcome({plain}, {.server_no_context_takeover = true}) == "refused");
    CHECK(outcome({plain}, {.server_max_window_bits = 11}) == "refused");
    CHECK(outcome({plain + "; server_max_window_bits=12"}, {.server_max_window_bits = 11}) == "refused");
    CHECK(outcome({plain + "; client_max_window_bits=12"}, {.client_max_window_bits = 11}) == "refused");
    for (std::string_view bad :
         {"x", "client_max_window_bits", "server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16",
          "client_max_window_bits=09", "client_no_context_takeover=1", "client_no_context_takeover; client_no_context_takeover",
          "client_max_window_bits=9; client_max_window_bits=9"})
        CHECK_MESSAGE(outcome({plain + "; " + std::string{bad}}) == "refused", bad);
}

TEST_CASE("an answer with another extension, two of them, or none in its header is refused")
{
    CHECK(outcome({"permessage-bzip2"}) == "refused");
    CHECK(outcome({plain + ", x"}) == "refused");
    CHECK(outcome({plain + ", " + plain}) == "refused");
    CHECK(outcome({plain, plain}) == "refused");
    CHECK(outcome({""}) == "refused");
    CHECK(outcome({plain + ";"}) == "refused");
    std::optional<deflate_parameters> agreed;
    CHECK(read_deflate_answer(with({plain}), nullptr, agreed) == error::handshake_invalid);
    CHECK_FALSE(read_deflate_answer(with({}), nullptr, agreed));
    CHECK_FALSE(agreed);
}

TEST_CASE("the handshakes of both sides carry it")
{
    constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
    deflate_negotiation client{{.server_max_window_bits = 10, .client_max_window_bits = 9}};
    auto const read = [](role sender, std::string_view text) {
        http_head_reader reader{sender};
        std::size_t consumed = 0;
        REQUIRE(reader.read(text, consumed) == http_progress::complete);
        return reader.head();
    };
    byte_buffer out;
    write_upgrade_request(out, {.target = "/", .host = "h", .key = key, .deflate = &client.options});
    deflate_negotiation server;
    SUBCASE("agreed")
    {
        std::string got;
        REQUIRE_FALSE(check_upgrade_request(read(role::client, out.view()), got, &server));
        REQUIRE(server.agreed);
        CHECK(*server.agreed == deflate_parameters{.server_max_window_bits = 10, .client_max_window_bits = 9});
        out.clear();
        write_upgrade_response(out, got, {}, server.agreed);
        CHECK_FALSE(check_upgrade_response(read(role::server, out.view()), key, {}, &client));
        REQUIRE(client.agreed);
        CHECK(*client.agreed == *server.agreed);
    }
    SUBCASE("declined by a server that has it switched off")
    {
        server.options.enabled = false;
        std::string got;
        REQUIRE_FALSE(check_upgrade_request(read(role::client, out.view()), got, &server));
        CHECK_FALSE(server.agreed);
        out.clear();
        write_upgrade_response(out, got, {}, server.agreed);
        CHECK_FALSE(check_upgrade_response(read(role::server, out.view()), key, {}, &client));
        CHECK_FALSE(client.agreed);
    }
    SUBCASE("answered to a client that has it switched off")
    {
        client.options.enabled = false;
        out.clear();
        write_upgrade_request(out, {.target = "/", .host = "h", .key = key, .deflate = &client.options});
        CHECK(read(role::client, out.view()).count("Sec-WebSocket-Extensions") == 0);
        out.clear();
        write_upgrade_response(out, key, {}, deflate_parameters{});
        CHECK(check_upgrade_response(read(role::server, out.view()), key, {}, &client) == error::handshake_invalid);
        CHECK(check_upgrade_response(read(role::server, out.view()), key) == error::handshake_invalid);
    }
}

#if SOCKETIO_HAS_EXCEPTIONS
TEST_CASE("options out of their range are misuse")
{
    CHECK_NOTHROW(check_deflate_options({}));
    CHECK_NOTHROW(check_deflate_options({.server_max_window_bits = 8, .client_max_window_bits = 8, .level = 9, .memory_level = 1}));
    CHECK_THROWS(check_deflate_options({.server_max_window_bits = 7}));
    CHECK_THROWS(check_deflate_options({.client_max_window_bits = 16}));
    CHECK_THROWS(check_deflate_options({.level = 10}));
    CHECK_THROWS(check_deflate_options({.level = -2}));
    CHECK_THROWS(check_deflate_options({.memory_level = 0}));
}
#endif

} // namespace permessage_deflate_tests
