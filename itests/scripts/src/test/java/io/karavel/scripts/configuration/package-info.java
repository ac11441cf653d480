/** Changes of the configuration as a whole, under traffic. */
package io.karavel.scripts.configuration;
