/** What attackers do, and what it costs: memory and time stay bounded, real peers are served. */
package io.karavel.scripts.attacks;
