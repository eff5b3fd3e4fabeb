// The main function of the tests with windows. With QT_QPA_PLATFORM=offscreen no screen is needed.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <QApplication>

int main(int argc, char** argv)
{
    QApplication const application{argc, argv};
    return doctest::Context{argc, argv}.run();
}
