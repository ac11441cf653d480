/** Tests of the notation and of what scripts say when they fail. */
package io.karavel.testkit.script;
