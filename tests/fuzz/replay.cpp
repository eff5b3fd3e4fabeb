// The corpora of all fuzz targets without libFuzzer, so that every compiler and sanitizer sees them.
#include "fuzz.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace replay_tests {

namespace {

std::string content_of(std::filesystem::path const& file)
{
    std::ifstream from{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{from}, {}};
}

} // namespace

TEST_CASE("every fuzz target holds for its corpus, for all its beginnings, and for nothing at all")
{
    char const* const folder = std::getenv("SOCKETIO_FUZZ_CORPUS");
    REQUIRE(folder != nullptr);
    REQUIRE_FALSE(fuzz::targets().empty());
    for (fuzz::target const& each : fuzz::targets()) {
        std::size_t seeds = 0;
        each.run({});
        for (auto const& file : std::filesystem::directory_iterator{std::filesystem::path{folder} / each.name}) {
            CAPTURE(file.path().string());
            std::string const input = content_of(file.path());
            for (std::size_t size = 1; size <= input.size(); ++size)
                each.run(std::string_view{input}.substr(0, size));
            ++seeds;
        }
        CAPTURE(each.name);
        CHECK(seeds != 0);
    }
}

} // namespace replay_tests
