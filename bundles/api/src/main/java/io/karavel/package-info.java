/** The root of the names that bundles share; the ground's packages lie below it. */
package io.karavel;
