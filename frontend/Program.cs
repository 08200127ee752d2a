using Microsoft.Extensions.DependencyInjection;
using var p = new ServiceCollection().BuildServiceProvider();
return 0;
