/** Tests of the testkit itself. */
package io.karavel.testkit;
