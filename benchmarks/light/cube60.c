// A plain C loop of the cube of 60 mm: doubles, one medium, no refraction, roulette. Prints photons per ms of CPU.
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <stdint.h>
#include <time.h>
#define N 60
static double dep[N*N*N]; static unsigned char lab[N*N*N];
static long nscat=0,ncross=0;
static uint64_t st[2];
static inline double rnd(){uint64_t a=st[0],b=st[1];st[0]=b;a^=a<<23;st[1]=a^b^(a>>17)^(b>>26);return ((st[1]+b)>>11)*(1.0/9007199254740992.0);}
int main(int c,char**v){long n=atol(v[1]);int seed=c>2?atoi(v[2]):1;st[0]=0x1234567ull*seed+77;st[1]=0x9876543210ull;for(int i=0;i<50;i++)rnd();
double mua[2]={0,.005},mus[2]={0,1.0},g=.01;for(int i=0;i<N*N*N;i++)lab[i]=1;
clock_t t0=clock();
for(long p=0;p<n;p++){double x=29,y=29,z=0,ux=0,uy=0,uz=1,w=1;int i=29,j=29,k=0;int alive=1;
 while(alive){double s=-log(1-rnd());
  for(;;){int m=lab[(k*N+j)*N+i];
   double tx=ux>0?(i+1-x)/ux:ux<0?(i-x)/ux:1e30,ty=uy>0?(j+1-y)/uy:uy<0?(j-y)/uy:1e30,tz=uz>0?(k+1-z)/uz:uz<0?(k-z)/uz:1e30;
   double l=tx<ty?(tx<tz?tx:tz):(ty<tz?ty:tz);int sc=0;if(l*mus[m]>=s){l=s/mus[m];sc=1;}
   double d=w*(1-exp(-mua[m]*l));dep[(k*N+j)*N+i]+=d;w-=d;x+=l*ux;y+=l*uy;z+=l*uz;
   if(sc){nscat++;break;}ncross++;s-=l*mus[m];
   if(l==tx){if(ux>0){i++;x=i;}else{x=i;i--;}}else if(l==ty){if(uy>0){j++;y=j;}else{y=j;j--;}}else{if(uz>0){k++;z=k;}else{z=k;k--;}}
   if(i<0||j<0||k<0||i>=N||j>=N||k>=N){alive=0;break;}
  }
  if(!alive)break;
  if(w<1e-4){if(rnd()<.1)w*=10;else break;}
  double xi=rnd(),f=2*M_PI*rnd();double t=(1-g*g)/(1-g+2*g*xi),ct=(1+g*g-t*t)/(2*g);double sn=sqrt(1-ct*ct),cp=cos(f),sp=sin(f);
  if(fabs(uz)>.99999){ux=sn*cp;uy=sn*sp;uz=uz>0?ct:-ct;}
  else{double q=sqrt(1-uz*uz);double a=sn*(ux*uz*cp-uy*sp)/q+ux*ct,b=sn*(uy*uz*cp+ux*sp)/q+uy*ct;uz=-sn*cp*q+uz*ct;ux=a;uy=b;}
 }}
double dt=(double)(clock()-t0)/CLOCKS_PER_SEC,tot=0;for(int i=0;i<N*N*N;i++)tot+=dep[i];
printf("%.1f photons/ms cpu, absorbed %.5f, scat %.1f cross %.1f\n",n/dt/1e3,tot/n,(double)nscat/n,(double)ncross/n);}
