// One scenario in many worlds: each operation fails in turn, or faults come by chance.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/testing/failure.hpp>
#include <socketio/testing/world.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio::testing {

// A result that knows how many runs it took.
class exploration : public result {
public:
    exploration(result of, std::uint64_t runs) : result{std::move(of)}, runs_{runs} {}
    std::uint64_t runs() const noexcept { return runs_; }

private:
    std::uint64_t runs_;
};

struct explore_options {
    // Seeds are first_seed, first_seed + 1, ... The environment variable SOCKETIO_TEST_SEED leaves one alone.
    std::uint64_t first_seed = 1;
    // A run has 1 to so many faults, all of them within this virtual time. Then the links are as at the beginning.
    std::size_t most_faults = 5;
    std::chrono::nanoseconds faults_within{std::chrono::minutes{1}};
    // Runs each seed twice, and fails if the transcripts differ.
    bool twice = false;
};

} // namespace socketio::testing

namespace socketio::detail {

using scenario = std::function<testing::result(testing::world&)>;

SOCKETIO_TESTING_DECL testing::exploration fail_each(scenario const& run, std::uint64_t seed);
SOCKETIO_TESTING_DECL testing::exploration explore(std::uint64_t runs, scenario const& run,
    testing::explore_options const& with);

template <class Run>
scenario make_scenario(Run run)
{
    return [run = std::move(run)](testing::world& in) mutable -> testing::result {
        using returned = std::invoke_result_t<Run&, testing::world&>;
        if constexpr (std::is_void_v<returned>) {
            run(in);
            return {};
        } else if constexpr (std::is_same_v<returned, bool>) {
            return run(in) ? testing::result{} : testing::result::failed("it returns false\n" + in.circumstances());
        } else {
            return run(in);
        }
    };
}

} // namespace socketio::detail

namespace socketio::testing {

// Runs a scenario without a fault, and then with the first connect, read or write failing, with the second, and so on,
// until it ends without having met the fault. Each of them fails in two ways: nothing of it is done, or all of it is,
// but it ends with an error. The connection is reset then.
//
// The scenario takes a world&. It fails by an exception, by false or by a result.
template <class Run>
exploration fail_each(Run run, std::uint64_t seed = 1)
{
    return detail::fail_each(detail::make_scenario(std::move(run)), seed);
}

// Runs a scenario in so many worlds, each with a seed of its own and with faults of the network by that seed: resets,
// partitions, holds, half-open connections, latencies, slices, refused connects. Tells the first seed that fails, with
// as few of its faults as are enough, and how to run it alone.
template <class Run>
exploration explore(std::uint64_t runs, Run run, explore_options const& with = {})
{
    return detail::explore(runs, detail::make_scenario(std::move(run)), with);
}

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/explore.ipp>
#endif
