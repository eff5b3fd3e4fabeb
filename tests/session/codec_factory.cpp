#include <socketio/session/codec_factory.hpp>

#if defined(SOCKETIO_WITH_ZLIB)
#include <socketio/deflate.hpp>
#endif

#include <doctest/doctest.h>

namespace codec_factory_tests {

using namespace socketio::detail;

TEST_CASE("compression is offered where a codec is installed and the option does not say otherwise")
{
    codec_factory const before = installed_codec.exchange(nullptr);
    CHECK_FALSE(offers_deflate({}));
    installed_codec = [](role, deflate_parameters const&, socketio::deflate_options const&) { return message_codec{}; };
    CHECK(offers_deflate({}));
    CHECK_FALSE(offers_deflate({.enabled = false}));
    CHECK_FALSE(make_codec(role::client, {}, {}).deflater);
    installed_codec = before;
}

#if defined(SOCKETIO_WITH_ZLIB)
TEST_CASE("including socketio/deflate.hpp installs zlib")
{
    CHECK(offers_deflate({}));
}
#endif

} // namespace codec_factory_tests
