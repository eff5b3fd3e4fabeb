// The main function of the tests with Qt: an application without a window.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <QCoreApplication>

int main(int argc, char** argv)
{
    QCoreApplication const application{argc, argv};
    return doctest::Context{argc, argv}.run();
}
