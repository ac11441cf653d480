/**
 * Every MUST and SHOULD of RFC 9293 that the core follows, changed in its source: the tests that
 * are marked with it must fail. {@link io.karavel.scripts.rules.ChangedRulesTest} is the command.
 */
package io.karavel.scripts.rules;
