/**
 * The rules of the house, checked over the classes of all bundles: a dependency in the wrong
 * direction, a clock in the TCP core or a mutable static breaks the build.
 */
package io.karavel.rules;
